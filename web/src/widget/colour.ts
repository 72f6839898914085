/** The site's colour, made usable: text on it must reach 4.5:1, whatever the site chose. */
const HEX = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i
const WHITE = 1
const INK = 0.008

/** Red, green and blue of `#abc` or `#aabbcc`; null for anything else, which is then not used at all. */
export function parseColour(text: string | null): [number, number, number] | null {
  const digits = HEX.exec(text?.trim() ?? '')?.[1]
  if (!digits) return null
  const long = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits
  return [0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16)) as [number, number, number]
}

/** Relative luminance (WCAG 2.2). */
export function luminance(colour: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const value = part / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Custom properties for the shadow root: the colour, and white or ink on it, whichever is read better. */
export function colourSheet(text: string | null): string {
  const colour = parseColour(text)
  if (!colour) return ''
  const own = luminance(colour)
  const onWhite = (WHITE + 0.05) / (own + 0.05)
  const onInk = (own + 0.05) / (INK + 0.05)
  return `:host{--site:rgb(${colour.join(' ')});--on-site:${onWhite >= 4.5 || onWhite >= onInk ? '#fff' : '#14161c'}}`
}
