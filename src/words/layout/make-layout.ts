/**
 * The mail layout, made by MJML once and committed as `mail.html`: at run time it is text with places in it,
 * so that no process carries MJML and compiling words does not wait. `checks/generated.ts` compares the two.
 */
export async function makeMailLayout(): Promise<string> {
  // Imported when called: only the person who changes the layout needs it.
  const { default: mjml2html } = await import("mjml");
  // No fonts: a mail must not fetch anything from anybody.
  const { html } = await mjml2html(MJML, { validationLevel: "strict", keepComments: false, fonts: {} });
  const places = STAND_INS.reduce((text, [standIn, place]) => text.replaceAll(standIn, place), html);
  return `${places.replace(/^[ \t]+|[ \t]+$/gm, "").replace(/\n{2,}/g, "\n").trim()}\n`;
}

/** MJML checks colours and languages, so it is given real ones that occur nowhere else. */
const STAND_INS: readonly (readonly [string, string])[] = [
  ["#abcde1", "%%colour%%"],
  ['lang="zz"', 'lang="%%lang%%"'],
];

// Colours: text on card 15:1 in light and 14:1 in dark (WCAG 2.1 AA asks for 4.5:1).
const DARK = `
@media (prefers-color-scheme: dark) {
  body, .sheet, .sheet > div { background-color: #111214 !important; }
  .card, .card > table { background-color: #1d1f22 !important; }
  .words div, .words p, .words li, .words a.link, .brand div { color: #f1f1f1 !important; }
}
@media only screen and (max-width: 480px) { .words a.action { display: block !important; text-align: center !important; } }
`;

const MJML = `
<mjml lang="zz">
  <mj-head>
    <mj-title>%%title%%</mj-title>
    <mj-preview>%%preheader%%</mj-preview>
    <mj-raw><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></mj-raw>
    <mj-attributes>
      <mj-all font-family="system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" />
      <mj-text font-size="16px" line-height="1.5" color="#1c1c1c" />
    </mj-attributes>
    <mj-style>${DARK}</mj-style>
  </mj-head>
  <mj-body width="600px" background-color="#f2f2f0" css-class="sheet">
    <mj-section padding="24px 0 0"><mj-column><mj-text css-class="brand" font-size="18px" font-weight="700" padding="8px 24px">%%store%%</mj-text></mj-column></mj-section>
    <mj-section css-class="card" background-color="#ffffff" border-top="4px solid #abcde1" padding="24px 0 16px">
      <mj-column><mj-text css-class="words" padding="0 24px">%%body%%</mj-text></mj-column>
    </mj-section>
  </mj-body>
</mjml>`;
