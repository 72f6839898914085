const SIGNATURE = '-- '

/** What of a message somebody has written for it, and what can be folded; the server asks the same (`quoted.py`). */
export function parted(text: string): { said: string; rest: string } {
  const lines = text.split('\n')
  let end = lines.length
  while (end && (lines[end - 1]!.startsWith('>') || !lines[end - 1]!.trim())) end -= 1
  const signature = lines.slice(0, end).lastIndexOf(SIGNATURE)
  if (signature >= 0) end = signature
  const said = lines.slice(0, end).join('\n').trimEnd()
  if (!said) return { said: text, rest: '' }
  return { said, rest: lines.slice(end).join('\n').trim() }
}
