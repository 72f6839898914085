/** The base presences of spec 1 §2; a custom status is shown under its own name with its base's colour. */
export const PRESENCES = ['available', 'busy', 'do_not_disturb', 'away', 'inactive', 'offline'] as const
export type Presence = (typeof PRESENCES)[number]

export const presenceFill: Record<Presence, string> = {
  available: 'bg-good',
  busy: 'bg-warn',
  do_not_disturb: 'bg-bad',
  away: 'bg-info',
  inactive: 'bg-secret',
  offline: 'bg-quiet',
}
