/** `0:17`, `12:03`, `1:04:09`, `2d 03:10`: whole seconds, never negative. */
export function formatDuration(milliseconds: number, days = 'd'): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000))
  const seconds = String(total % 60).padStart(2, '0')
  const minutes = Math.floor(total / 60) % 60
  const hours = Math.floor(total / 3600)
  if (hours === 0) return `${minutes}:${seconds}`
  const padded = String(minutes).padStart(2, '0')
  if (hours < 48) return `${hours}:${padded}:${seconds}`
  return `${Math.floor(hours / 24)}${days} ${String(hours % 24).padStart(2, '0')}:${padded}`
}

/** ISO 8601 duration for `<time datetime>`. */
export function isoDuration(milliseconds: number): string {
  return `PT${Math.max(0, Math.floor(milliseconds / 1000))}S`
}
