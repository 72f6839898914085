import { shallowRef } from 'vue'

import { api } from '@/api/client'
import type { ConversationState, Telephone } from '@/conversation/types'
import { sendLive, watchTopic, whenAnswered } from '@/live'

import { isGranted, type Choice } from './capture'
import { withPressed } from './keypad'
import { CallLine } from './line'
import { partOf, wantedOf } from './part'
import { speaks, type CallStatus, type Wanted } from './rules'

export interface Way {
  conversation: string
  me: string
  choice: Choice
  muted: boolean
  /** The page was loaded anew: nobody has clicked on it yet. */
  resumed: boolean
  /** Something of it is to be kept, for a page that is loaded anew. */
  changed(): void
  /** How the telephone is that I have called from this tab; null is none. */
  rings(line: Telephone['line'] | null): void
  /** From now on my microphone is open in it. */
  heard(): void
  /** The call is over, or is not mine any more. */
  over(): void
}

/** So long an act of mine may take until the conversation shows it. */
const PATIENCE_MS = 10_000

/** One call that this tab is in, for as long as its conversation says that I have a part in it. */
export class OwnCall {
  readonly conversation: string
  readonly state = shallowRef<ConversationState | null>(null)
  /** A click is needed before the browser is asked for the microphone. */
  readonly waits = shallowRef(false)
  /** What the customer has pressed on their telephone in this call; told to the agent alone, and kept nowhere else. */
  readonly keys = shallowRef('')
  readonly line: CallLine
  readonly view
  readonly #way: Way
  readonly #stop: (() => void)[]
  #been = false
  #heard = false
  #dials = false
  #patience: ReturnType<typeof setTimeout> | undefined

  constructor(way: Way) {
    this.#way = way
    const { conversation } = way
    this.conversation = conversation
    this.line = new CallLine(
      {
        send: (frame) => sendLive({ ...frame, conversation }),
        ice: async () => (await api.get<{ ice_servers: RTCIceServer[] }>('/calls/ice')).ice_servers,
        changed: () => this.#show(),
      },
      { choice: way.choice, muted: way.muted },
    )
    this.view = shallowRef(this.line.view())
    this.#stop = [
      whenAnswered((frame) => {
        if (frame.conversation === conversation) void this.line.answer(frame)
      }),
      watchTopic(`conversation:${conversation}`, {
        frame: (frame) => {
          for (const item of frame.data) this.#take(item)
        },
        refused: () => void this.#lose(),
      }),
    ]
  }

  /** Somebody has clicked: now the microphone may be asked for. */
  async come(): Promise<void> {
    this.waits.value = false
    this.#way.resumed = false
    const { state } = this
    if (state.value) await this.#follow(state.value)
  }

  /** Whether those in it hear me. */
  get isHeard(): boolean {
    const part = this.state.value && partOf(this.state.value, this.#way.me)
    const { muted, phase } = this.view.value
    return part !== null && speaks(part) && !muted && (phase === 'connecting' || phase === 'on')
  }

  close(): void {
    clearTimeout(this.#patience)
    for (const stop of this.#stop) stop()
    this.line.close()
    this.#way.rings(null)
  }

  #take(item: Readonly<Record<string, unknown>>): void {
    if (item.kind === 'call_status') this.line.heard(item as unknown as CallStatus)
    if (item.kind === 'call_keys' && item.call === this.state.value?.call?.id) this.keys.value = withPressed(this.keys.value, String(item.keys))
    if (item.kind !== 'conversation') return
    const state = item as unknown as ConversationState
    if (this.state.value && state.version < this.state.value.version) return
    if (this.state.value?.call?.id !== state.call?.id) this.keys.value = ''
    this.state.value = state
    this.#ring()
    void this.#follow(state)
  }

  async #follow(state: ConversationState): Promise<void> {
    const wanted = wantedOf(state, this.#way.me)
    if (!wanted) {
      this.line.know(null)
      this.#endure(state)
      return
    }
    if (this.#way.resumed && speaks(wanted.part) && !(await isGranted())) {
      this.waits.value = true
      return
    }
    this.#enter(wanted)
  }

  /** Whoever has asked the customer waits for the answer; whoever was in a call that is over waits for no other. */
  #endure({ call }: ConversationState): void {
    clearTimeout(this.#patience)
    if (this.#been) this.#way.over()
    else if (!call || call.state === 'on') this.#patience = setTimeout(() => this.#way.over(), PATIENCE_MS)
  }

  #enter(wanted: Wanted): void {
    clearTimeout(this.#patience)
    this.#been = true
    this.waits.value = false
    this.line.know(wanted)
    this.#tell()
  }

  /** Once each time: whoever is to hear me nowhere else is not told again and again. */
  #tell(): void {
    const { isHeard } = this
    if (isHeard && !this.#heard) this.#way.heard()
    this.#heard = isHeard
  }

  #ring(): void {
    const state = this.state.value
    const here = this.view.value.phase !== 'elsewhere'
    const phone = state?.call?.telephone ?? null
    const mine = here && state !== null && partOf(state, this.#way.me) === 'agent'
    // Whoever was not reached is in the queue again, and not mine: that is the last I hear of it.
    if (here && !mine && this.#dials && phone?.recall_at) this.#way.rings(phone.line)
    this.#way.rings((mine && phone?.line) || null)
    this.#dials = mine && phone?.line === 'dialling'
  }

  /** It is not for me to read any more; what has become of whom I was calling I may still know. */
  async #lose(): Promise<void> {
    const now = this.#dials ? await api.get<ConversationState>(`/conversations/${this.conversation}`).catch(() => null) : null
    if (now) {
      this.state.value = now
      this.#ring()
    }
    this.#way.over()
  }

  #show(): void {
    const { muted, phase } = this.view.value
    this.view.value = this.line.view()
    if (phase !== this.view.value.phase) this.#ring()
    if (muted !== this.view.value.muted || phase !== this.view.value.phase) this.#way.changed()
    this.#tell()
  }
}
