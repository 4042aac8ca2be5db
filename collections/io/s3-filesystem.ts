import { AwsClient } from "aws4fetch";
import { ShoalError } from "../../runtime/base/errors.ts";
import { FileError, type FilePieces, type FileStat, type FileSystem, type ReadStreamOptions } from "./filesystem.ts";
import { globExpression, isPattern } from "./glob.ts";
import { rangeOf, reply, type Send, statusError, streamOf } from "./http-reads.ts";

export interface S3Options {
  /** Where the storage answers, such as "http://127.0.0.1:9000"; Amazon's own for the region unless told. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
}

/** The largest object that one request may write. */
const WRITE_BYTES_MAX = 5 * 1024 ** 3;

/**
 * Objects of S3 and of storage that speaks like it: `s3://bucket/folder/a.parquet`. What is not said comes from the environment
 * (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL), which
 * workers must have too. An object is there whole or not at all.
 */
export class S3FileSystem implements FileSystem {
  readonly scheme = "s3";
  private readonly options: S3Options;
  private client: AwsClient | undefined;

  constructor(options: S3Options = {}) {
    this.options = options;
  }

  async glob(pattern: string): Promise<string[]> {
    const { bucket, key } = placeOf(pattern);
    if (!isPattern(key)) return (await this.find(pattern)) === undefined ? [] : [pattern];
    const wild = key.search(/[*?[]/);
    const expression = globExpression(`s3://${bucket}/${key}`);
    const { keys } = await this.listed(bucket, key.slice(0, wild), false);
    return keys
      .map((one) => `s3://${bucket}/${one}`)
      .filter((path) => expression.test(path))
      .sort();
  }

  async list(folder: string): Promise<string[]> {
    const { bucket, key } = placeOf(folder);
    const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
    const { keys, folders } = await this.listed(bucket, prefix, true);
    if (keys.length + folders.length === 0) throw missing(folder);
    return [...keys, ...folders.map((one) => one.slice(0, -1))].map((one) => one.slice(prefix.length)).sort();
  }

  async exists(path: string): Promise<boolean> {
    return (await this.find(path)) !== undefined || (await this.isFolder(path));
  }

  async stat(path: string): Promise<FileStat> {
    const found = await this.find(path);
    if (found !== undefined) return found;
    throw (await this.isFolder(path)) ? new FileError(`${path} is a folder, not a file`, path, "kind") : missing(path);
  }

  readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    return rangeOf(this.send, path, offset, length);
  }

  async *readStream(path: string, options: ReadStreamOptions = {}): AsyncIterable<Uint8Array> {
    const { sizeBytes } = await this.stat(path);
    yield* streamOf(this.send, path, sizeBytes, options);
  }

  async write(path: string, pieces: Uint8Array | FilePieces): Promise<void> {
    const collected: Uint8Array[] = [];
    for await (const piece of pieces instanceof Uint8Array ? [pieces] : pieces) collected.push(piece);
    const body = Buffer.concat(collected);
    if (body.length > WRITE_BYTES_MAX)
      throw new FileError(
        `${path} would have ${body.length} bytes, more than one object may be written with`,
        path,
        "other",
      );
    const response = await this.signed().fetch(this.urlOf(path), { method: "PUT", body });
    if (!response.ok) throw statusError(path, response);
    await response.body?.cancel();
  }

  async remove(path: string): Promise<void> {
    const { bucket, key } = placeOf(path);
    const below = key === "" ? "" : `${key.replace(/\/$/, "")}/`;
    const { keys } = await this.listed(bucket, below, false);
    const own = (await this.find(path)) === undefined ? [] : [key];
    for (const one of [...keys, ...own]) {
      const response = await this.signed().fetch(this.urlOf(`s3://${bucket}/${one}`), { method: "DELETE" });
      await response.body?.cancel();
      if (!response.ok && response.status !== 404) throw statusError(`s3://${bucket}/${one}`, response);
    }
  }

  private readonly send: Send = (path, request) => this.signed().fetch(this.urlOf(path), request);

  private async find(path: string): Promise<FileStat | undefined> {
    if (placeOf(path).key === "") return undefined;
    const response = await reply(this.send, path, "HEAD", {}, [404]);
    if (response.status === 404) return undefined;
    const { headers } = response;
    const sizeBytes = Number(headers.get("content-length") ?? 0);
    return { sizeBytes, version: `${headers.get("etag") ?? ""}-${headers.get("last-modified") ?? ""}-${sizeBytes}` };
  }

  private async isFolder(path: string): Promise<boolean> {
    const { bucket, key } = placeOf(path);
    const { keys, folders } = await this.listed(bucket, `${key.replace(/\/$/, "")}/`, true, 1);
    return keys.length + folders.length > 0;
  }

  /** Keys that begin with a prefix, page after page; with `flat`, what lies deeper is said by its folder. */
  private async listed(
    bucket: string,
    prefix: string,
    flat: boolean,
    pagesMax = Number.POSITIVE_INFINITY,
  ): Promise<{ keys: string[]; folders: string[] }> {
    const [keys, folders]: [string[], string[]] = [[], []];
    let token: string | undefined;
    let pages = 0;
    do {
      const url = new URL(this.urlOf(`s3://${bucket}/`));
      const query = { "list-type": "2", prefix, ...(flat ? { delimiter: "/" } : {}) };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      if (token !== undefined) url.searchParams.set("continuation-token", token);
      const send: Send = (_, request) => this.signed().fetch(url.href, request);
      const response = await reply(send, `s3://${bucket}/${prefix}`, "GET");
      const text = await response.text();
      keys.push(...texts(text, "Key"));
      folders.push(...elements(text, "CommonPrefixes").flatMap((one) => texts(one, "Prefix")));
      token = texts(text, "NextContinuationToken")[0];
      pages += 1;
    } while (token !== undefined && pages < pagesMax);
    return { keys, folders };
  }

  private signed(): AwsClient {
    const { env } = process;
    const accessKeyId = this.options.accessKeyId ?? env["AWS_ACCESS_KEY_ID"];
    const secretAccessKey = this.options.secretAccessKey ?? env["AWS_SECRET_ACCESS_KEY"];
    const sessionToken = this.options.sessionToken ?? env["AWS_SESSION_TOKEN"];
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw new ShoalError(
        "s3:// needs a login: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, here and for workers",
        {
          code: "NOT_SUPPORTED",
        },
      );
    this.client ??= new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: "s3",
      region: this.region,
    });
    return this.client;
  }

  private get region(): string {
    return this.options.region ?? process.env["AWS_REGION"] ?? "us-east-1";
  }

  private urlOf(path: string): string {
    const { bucket, key } = placeOf(path);
    const { env } = process;
    const endpoint = this.options.endpoint ?? env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"];
    const base = (endpoint ?? `https://s3.${this.region}.amazonaws.com`).replace(/\/$/, "");
    return `${base}/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  }
}

function placeOf(path: string): { bucket: string; key: string } {
  const found = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(path);
  if (found === null) throw new SyntaxError(`An object is called s3://bucket/key, got ${path}`);
  return { bucket: found[1] as string, key: found[2] as string };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** What stands in the elements of a name, as it stands there: the protocol fixes the shape of the answer. */
const elements = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, "gs"))].map(([, text]) => text as string);

const texts = (xml: string, name: string): string[] => elements(xml, name).map(unescaped);

const unescaped = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, entity?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return ENTITIES[entity as string] ?? whole;
  });

const missing = (path: string): FileError => new FileError(`${path} does not exist`, path, "missing");
