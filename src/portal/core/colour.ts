/**
 * A store's colour, made readable. WCAG 2.1 asks for 4.5:1 between text and its ground (1.4.3).
 * Lightness is moved in OKLab, where equal steps look equal and the hue stays; chroma is what fits into sRGB.
 */

/** Text on its ground, WCAG 2.1 level AA. */
export const READABLE = 4.5;

/** Light text on a dark ground looks thinner than it measures, so it gets level AAA. */
export const READABLE_ON_DARK = 7;

/** How fine lightness is searched; a hundredth is below what an eye tells apart. */
const STEP = 0.01;

type Rgb = readonly [red: number, green: number, blue: number];

/** The grounds that the accent stands on, by scheme. The style sheet uses the same values. */
export const GROUNDS = { light: ["#ffffff", "#faf9f6"], dark: ["#121212", "#1c1c1b"] } as const;

/** The accent of one colour scheme, and what is written on it. */
export interface Accent {
  readonly accent: string;
  readonly onAccent: string;
}

/** The store's colour for both schemes: as it is where it can be read, else as near as can be read. */
export function accentsOf(colour: string): { readonly light: Accent; readonly dark: Accent } {
  const light = readableOn(colour, GROUNDS.light, READABLE, "darker");
  const dark = readableOn(colour, GROUNDS.dark, READABLE_ON_DARK, "lighter");
  return { light: { accent: light, onAccent: onColour(light) }, dark: { accent: dark, onAccent: onColour(dark) } };
}

/** The contrast of two colours (`#rrggbb`), 1 to 21. */
export function contrast(first: string, second: string): number {
  const a = luminance(rgbOf(first));
  const b = luminance(rgbOf(second));
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function readableOn(colour: string, grounds: readonly string[], least: number, towards: "darker" | "lighter"): string {
  const isReadable = (candidate: string): boolean => grounds.every((ground) => contrast(candidate, ground) >= least);
  if (isReadable(colour)) return colour.toLowerCase();
  const [lightness, a, b] = toOklab(rgbOf(colour));
  const end = towards === "darker" ? 0 : 1;
  const steps = Math.ceil(Math.abs(end - lightness) / STEP);
  for (let step = 1; step < steps; step += 1) {
    const moved = hexOf(inGamut(lightness + (end === 0 ? -step : step) * STEP, a, b));
    if (isReadable(moved)) return moved;
  }
  return end === 0 ? "#000000" : "#ffffff";
}

function onColour(accent: string): string {
  return contrast(accent, "#ffffff") >= contrast(accent, "#000000") ? "#ffffff" : "#000000";
}

/** The most colourful colour of this lightness and hue that a screen can show. */
function inGamut(lightness: number, a: number, b: number): Rgb {
  for (let chroma = 1; chroma > 0; chroma -= 0.05) {
    const rgb = fromOklab(lightness, a * chroma, b * chroma);
    if (rgb.every((channel) => channel >= -0.001 && channel <= 1.001)) return rgb;
  }
  return fromOklab(lightness, 0, 0);
}

function rgbOf(hex: string): Rgb {
  const channel = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [channel(1), channel(3), channel(5)];
}

function hexOf(rgb: Rgb): string {
  const channel = (value: number): string => Math.round(Math.min(1, Math.max(0, value)) * 255).toString(16).padStart(2, "0");
  return `#${rgb.map(channel).join("")}`;
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function gamma(channel: number): number {
  return channel <= 0.0031308 ? channel * 12.92 : 1.055 * channel ** (1 / 2.4) - 0.055;
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

// The matrices of OKLab (Björn Ottosson, 2020), sRGB to cone responses and on to lightness and two opponent axes.
function toOklab(rgb: Rgb): Rgb {
  const [r, g, b] = [linear(rgb[0]), linear(rgb[1]), linear(rgb[2])];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab(lightness: number, a: number, b: number): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
