/** What we use of MJML 5, which brings no types. */
declare module "mjml" {
  interface Options {
    readonly validationLevel: "strict" | "soft" | "skip";
    readonly keepComments: boolean;
    readonly fonts: Readonly<Record<string, string>>;
  }
  /** Rejects under `strict` where the source has an error. */
  export default function mjml2html(source: string, options: Options): Promise<{ readonly html: string }>;
}
