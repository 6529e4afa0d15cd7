/** The member states of the European Union since 2020-02-01, ISO 3166-1 alpha-2 (source: european-union.europa.eu). */
const EU: ReadonlySet<string> = new Set([
  "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
  "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
]);

/** Whether a rule for these countries holds for a buyer in `country`. A rule for none holds for all; one for some holds for no unknown country. */
export function holdsIn(countries: readonly string[], country: string | undefined): boolean {
  if (countries.length === 0) return true;
  return country !== undefined && (countries.includes(country) || (countries.includes("EU") && EU.has(country)));
}
