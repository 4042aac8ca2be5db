import type { Dtype } from "../dtype.ts";
import type { Options } from "./expression.ts";
import { LIST_OPERATIONS } from "./operations-list.ts";
import { NUMBER_OPERATIONS } from "./operations-number.ts";
import { TEXT_OPERATIONS } from "./operations-text.ts";
import { TIME_OPERATIONS } from "./operations-time.ts";
import { VALUE_OPERATIONS } from "./operations-value.ts";

/** What is known of an operation without computing: the type of its result, or why it cannot be. */
export interface Operation {
  /**
   * @returns the result's type
   * @throws TypeError naming the types, where the operation does not take them
   */
  result(types: readonly Dtype[], options: Options): Dtype;
}

/** Every operation an expression may call; `engine/translate.ts` has one translation for each of them. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...NUMBER_OPERATIONS,
  ...VALUE_OPERATIONS,
  ...TEXT_OPERATIONS,
  ...TIME_OPERATIONS,
  ...LIST_OPERATIONS,
};
