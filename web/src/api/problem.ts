/** An RFC 9457 problem document of the server, thrown. `facts` is what it says beyond the standard members. */
export class Problem extends Error {
  readonly type: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly facts: Readonly<Record<string, unknown>>

  constructor(document: { type: string; status: number; title: string; detail?: string } & Record<string, unknown>) {
    super(document.title)
    const { type, status, title, detail, ...facts } = document
    this.name = 'Problem'
    this.type = type
    this.status = status
    this.title = title
    this.detail = detail ?? ''
    this.facts = facts
  }

  /** It was not even looked at, for now: the server could not be asked, or could not ask its database. */
  get passing(): boolean {
    return this.status === 0 || this.type === 'server/busy'
  }

  /** The server could not be asked at all. */
  static unreachable(): Problem {
    return new Problem({ type: 'client/unreachable', status: 0, title: 'unreachable' })
  }

  static from(error: unknown): Problem {
    if (error instanceof Problem) return error
    return new Problem({ type: 'client/unexpected', status: 0, title: 'unexpected', detail: String(error) })
  }
}
