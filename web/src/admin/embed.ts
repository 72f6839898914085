/** The one line that a web page includes to have the widget. */
export function embedLine(origin: string, key: string, colour: string): string {
  const look = /^#[0-9a-f]{6}$/i.test(colour) ? ` data-color="${colour}"` : ''
  return `<script src="${origin}/widget/v1/loader.js?key=${encodeURIComponent(key)}"${look} async></script>`
}
