import { ShoalError } from "../../runtime/base/errors.ts";
import { optionalLibrary } from "../io/optional-library.ts";

/** Dots for a unit of the drawing: sharp on a screen of twice the usual density. */
const SCALE = 2;
const LETTER = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">x</text></svg>';

/** Paints a drawing as PNG, with the fonts of this system. @throws ShoalError MISSING_LIBRARY without the library, NOT_SUPPORTED without a font */
export async function pngOfSvg(svg: string): Promise<Uint8Array> {
  const { Resvg } = await optionalLibrary<typeof import("@resvg/resvg-js")>(
    "A picture as .png",
    "@resvg/resvg-js",
    () => import("@resvg/resvg-js"),
  );
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" };
  // Where there is no font texts are left out without a word.
  if (new Resvg(LETTER, { font }).getBBox() === undefined)
    throw new ShoalError(
      "There is no font on this system to write a picture's texts with: install one (on Debian: apt-get install fonts-dejavu-core), or write .svg",
      { code: "NOT_SUPPORTED" },
    );
  return new Resvg(svg, { font, background: "white", fitTo: { mode: "zoom", value: SCALE } }).render().asPng();
}
