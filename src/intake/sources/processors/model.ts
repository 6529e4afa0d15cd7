/** An object of a payment processor that another vendor's payload mentions. */
export interface ProcessorId {
  /** The processor's own word for it, as in its refs; `refund` for every processor's refunds. */
  readonly kind: string;
  readonly id: string;
}

/** How a processor's ids look, so that they are found in other vendors' receipts. */
export interface ProcessorIds {
  /** The processor's type in the configuration; also its source's name unless the shop names another. */
  readonly type: string;
  recognise(text: string): ProcessorId | undefined;
}
