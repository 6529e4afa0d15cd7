import type { Zone } from "../../base/time.ts";

/** When texts may arrive in a country or one of its regions. A rule that a store may read, switch off and override; confirm it with counsel. */
export interface TextHours {
  /** Times of day, `HH:MM`, between which nothing is sent. */
  readonly quiet: { readonly from: string; readonly to: string };
  /** Sundays and public holidays are quiet. */
  readonly restOnHolidays: boolean;
  readonly source: string;
}

/** 47 CFR 64.1200(c)(1): before 8 am and after 9 pm where the called person is. */
const FEDERAL: TextHours = { quiet: { from: "21:00", to: "08:00" }, restOnHolidays: false, source: "47 CFR 64.1200(c)(1)" };

/** Within the hours of every state that has stricter ones for texts: from 9 am, until 8 pm. Our reading: one window for all of them. */
const STRICT: TextHours = { quiet: { from: "20:00", to: "09:00" }, restOnHolidays: false, source: "state telephone solicitation laws, such as Fla. Stat. 501.616(6)" };

/** States whose own laws end the day earlier, or begin it later, than federal law. */
const STRICT_STATES: ReadonlySet<string> = new Set(["AL", "CT", "FL", "KY", "LA", "MA", "MD", "MS", "NV", "OK", "RI", "TX", "WA", "WY"]);

const BY_COUNTRY: Readonly<Record<string, TextHours>> = {
  FR: { quiet: { from: "22:00", to: "08:00" }, restOnHolidays: true, source: "the French operators' rules for texts (AF2M)" },
};

/**
 * The hours that law or the operators set for texts to a place; undefined where we know of none and the store's own hold.
 * A state that is not known is as strict as the strictest.
 */
export function textHoursOf(country: string | undefined, region: string | undefined): TextHours | undefined {
  if (country !== "US") return country === undefined ? undefined : BY_COUNTRY[country];
  const state = region?.trim().toUpperCase();
  return state !== undefined && ZONES_OF_STATES[state] !== undefined && !STRICT_STATES.has(state) ? FEDERAL : STRICT;
}

const [EASTERN, CENTRAL, MOUNTAIN, PACIFIC] = ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"] as const;

/** A state's zones, all of them where it has two: then a moment must fit both. */
const ZONES_OF_STATES: Readonly<Record<string, readonly [Zone, ...Zone[]]>> = {
  AL: [CENTRAL], AK: ["America/Anchorage", "America/Adak"], AZ: ["America/Phoenix", MOUNTAIN], AR: [CENTRAL], CA: [PACIFIC], CO: [MOUNTAIN], CT: [EASTERN],
  DC: [EASTERN], DE: [EASTERN], FL: [EASTERN, CENTRAL], GA: [EASTERN], HI: ["Pacific/Honolulu"], ID: [MOUNTAIN, PACIFIC], IL: [CENTRAL], IN: [EASTERN, CENTRAL],
  IA: [CENTRAL], KS: [CENTRAL, MOUNTAIN], KY: [EASTERN, CENTRAL], LA: [CENTRAL], ME: [EASTERN], MD: [EASTERN], MA: [EASTERN], MI: [EASTERN, CENTRAL],
  MN: [CENTRAL], MS: [CENTRAL], MO: [CENTRAL], MT: [MOUNTAIN], NE: [CENTRAL, MOUNTAIN], NV: [PACIFIC, MOUNTAIN], NH: [EASTERN], NJ: [EASTERN], NM: [MOUNTAIN],
  NY: [EASTERN], NC: [EASTERN], ND: [CENTRAL, MOUNTAIN], OH: [EASTERN], OK: [CENTRAL], OR: [PACIFIC, MOUNTAIN], PA: [EASTERN], RI: [EASTERN], SC: [EASTERN],
  SD: [CENTRAL, MOUNTAIN], TN: [EASTERN, CENTRAL], TX: [CENTRAL, MOUNTAIN], UT: [MOUNTAIN], VT: [EASTERN], VA: [EASTERN], WA: [PACIFIC], WV: [EASTERN],
  WI: [CENTRAL], WY: [MOUNTAIN], PR: ["America/Puerto_Rico"],
};

/** The zones of a region where we know them; else a country's are asked. */
export function zonesOfRegion(country: string | undefined, region: string | undefined): readonly [Zone, ...Zone[]] | undefined {
  return country === "US" ? ZONES_OF_STATES[region?.trim().toUpperCase() ?? ""] : undefined;
}
