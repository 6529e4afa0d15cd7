/** What a message is made of once its Markdown is read. From here come mail, plain text and page, so that no two say different things. */
export type Block =
  | { readonly kind: "paragraph"; readonly inline: readonly Inline[] }
  /** A paragraph that is one link: what the reader is invited to do. */
  | { readonly kind: "action"; readonly label: readonly Inline[]; readonly href: string }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] };

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong"; readonly inline: readonly Inline[] }
  | { readonly kind: "emphasis"; readonly inline: readonly Inline[] }
  | { readonly kind: "link"; readonly inline: readonly Inline[]; readonly href: string }
  | { readonly kind: "break" };
