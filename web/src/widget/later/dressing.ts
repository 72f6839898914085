/** Gives styles, made once, to the root of whoever is drawn first. */
export function dressing(css: string): (element: Element | null | undefined) => void {
  let sheet: CSSStyleSheet | undefined
  return (element) => {
    const root = element?.getRootNode()
    if (!(root instanceof ShadowRoot)) return
    if (!sheet) {
      sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
    }
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  }
}
