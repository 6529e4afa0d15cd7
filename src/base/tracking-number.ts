/** A tracking number without the blanks and hyphens that people and vendors write into numbers, in capitals: equal for one parcel. */
export function plainTrackingNumber(number: string): string {
  return number.toUpperCase().replaceAll(/[\s-]/g, "");
}
