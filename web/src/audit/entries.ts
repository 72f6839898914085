/** An entry of `GET /audit`. */
export interface AuditEntry {
  position: number
  at: string
  actor: { id: string; name: string }
  kind: string
  text: string
  conversation: string | null
  /** Whom that conversation is with. */
  customer: string | null
  facts: Readonly<Record<string, unknown>>
  hash: string
}

/** Kinds that the log holds, by what they are about. */
export const KINDS = [
  'monitor_started',
  'monitor_stopped',
  'supervisor_joined',
  'participant_left',
  'took_over',
  'offer_made',
  'offer_accepted',
  'offer_rejected',
  'offer_expired',
  'queued',
  'transfer_scheduled',
  'transfer_dropped',
  'force_closed',
  'presence_set',
  'setting_changed',
  'looked_back',
  'searched',
  'signed_in',
] as const

/** Newer and older entries as one list, each once, newest first. */
export function joined(known: readonly AuditEntry[], coming: readonly AuditEntry[]): AuditEntry[] {
  const byPosition = new Map([...known, ...coming].map((one) => [one.position, one]))
  return [...byPosition.values()].sort((one, other) => other.position - one.position)
}

/** Whether the newest page reaches what is known. If not, there is a gap between them, and it begins anew. */
export function continues(known: readonly AuditEntry[], newest: { items: readonly AuditEntry[]; next: string | null }): boolean {
  const last = known[0]?.position
  return last === undefined || newest.next === null || newest.items.some((one) => one.position <= last)
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '–'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export interface Difference {
  name: string
  before: string
  after: string
}

/** What a change of settings changed, thing by thing. */
export function differences(facts: AuditEntry['facts']): Difference[] {
  const [before, after] = [facts.before, facts.after].map((one) => (one ?? {}) as Record<string, unknown>) as [Record<string, unknown>, Record<string, unknown>]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((name) => ({ name, before: plain(before[name]), after: plain(after[name]) }))
    .filter((one) => one.before !== one.after)
}

/** What else the fact holds, one value a line; an offer's own facts stand beside the rest. */
export function details(facts: AuditEntry['facts']): [string, string][] {
  const { before: _before, after: _after, offer, transfer, ...rest } = facts
  const nested = { ...(offer as object | undefined), ...(transfer as object | undefined) }
  return Object.entries({ ...rest, ...nested })
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => [name, plain(value)])
}

/** Why, where somebody said why. */
export function reasonOf(facts: AuditEntry['facts']): string | null {
  const offer = facts.offer as Record<string, unknown> | undefined
  const said = facts.reason ?? facts.note ?? offer?.note
  return typeof said === 'string' && said ? said : null
}

/** Which limits were set aside. */
export function overrides(facts: AuditEntry['facts']): { presence: boolean; units: number } {
  const offer = (facts.offer ?? {}) as Record<string, unknown>
  return { presence: offer.override_presence === true, units: offer.override_capacity === true ? Number(offer.excess_units ?? 0) : 0 }
}
