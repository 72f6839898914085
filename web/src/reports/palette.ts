/** The page's colours as a canvas needs them: worked out, of the theme that holds now. */
const NAMES = ['ink', 'ink-soft', 'ink-faint', 'line', 'line-strong', 'surface', 'raised', 'accent', 'good', 'warn', 'bad', 'info', 'quiet', 'secret'] as const
export type Palette = Record<(typeof NAMES)[number], string>

export function paletteOf(element: Element): Palette {
  const probe = document.createElement('span')
  element.append(probe)
  const found = NAMES.map((name) => {
    probe.style.color = `var(--${name})`
    return [name, getComputedStyle(probe).color]
  })
  probe.remove()
  return Object.fromEntries(found) as Palette
}

/** Calls when the colours may be others: another theme was chosen, or the system's has turned. */
export function whenThemeTurns(act: () => void): () => void {
  const observer = new MutationObserver(act)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', act)
  return () => {
    observer.disconnect()
    dark.removeEventListener('change', act)
  }
}
