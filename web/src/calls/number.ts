/** Whether that is written as a number is written abroad: what it means, and whether it is called, the house says. */
export function isInternational(written: string): boolean {
  const text = written.trim()
  return text.length <= 40 && /^\+[0-9 ()./-]+$/.test(text) && text.replace(/\D/g, '').length >= 4
}
