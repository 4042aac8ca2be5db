/**
 * Memory that processes of one host share, to hand chunks over: one side writes into a window, the other looks into it. Which
 * of them share a host is found out by looking: a window that is not to be seen belongs to another host, or another user.
 */
export interface Windows {
  /** Makes one for pieces that follow each other. @throws what the host says when there is no room for it */
  make(pieces: readonly Uint8Array[]): OutWindow;
  /** Looks into another's; undefined if it is not to be seen from here. */
  look(name: string): InWindow | undefined;
}

export interface OutWindow {
  readonly name: string;
  /** @throws what the host says when its memory is full */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** From now on only those who look into it already can read it. */
  hide(): void;
  close(): void;
}

export interface InWindow {
  /**
   * Fills `into` with all pieces, straight from where they lie in the memory of whoever made the window. False if they are not
   * to be had there. Only its maker can say afterwards whether it held them all the time.
   */
  readAll(into: Uint8Array): Promise<boolean>;
  /** Fills `into` from position `at` on. @throws if there is less */
  read(into: Uint8Array, at: number): Promise<void>;
  close(): void;
}
