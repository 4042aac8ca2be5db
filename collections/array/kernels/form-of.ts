import { type DType, dtypeInfo, registerOf } from "../dtype.ts";
import { type ComplexForm, FORMS, type Form } from "./forms.ts";
import { isSmallInt } from "./program.ts";
import { TIME_FORMS } from "./time-forms.ts";

/**
 * The form of an operation for a loop dtype.
 * @throws TypeError if it has none
 */
export function formOf(op: string, loop: DType): Form | ComplexForm {
  const forms = FORMS[op];
  const register = registerOf(loop);
  const isTime = dtypeInfo(loop).unit !== undefined;
  const form =
    register === "complex"
      ? forms?.complex
      : register === "bigint"
        ? ((isTime ? TIME_FORMS[op] : undefined) ?? forms?.big)
        : isSmallInt(loop)
          ? (forms?.int ?? forms?.float)
          : forms?.float;
  if (form === undefined) throw new TypeError(`${op} is not defined for ${loop}`);
  return form;
}
