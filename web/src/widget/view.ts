import type { Mode } from '../calls/rules'

import type { Down } from './line'
import { SILENT, type Talk } from './talk'
import type { Config, Outgoing } from './types'

/** All that is drawn. */
export interface View {
  phase: 'loading' | 'unavailable' | 'refused' | 'form' | 'talk'
  config: Config | null
  talk: Talk
  outgoing: readonly Outgoing[]
  /** What keeps the line down, named as what is said of it. */
  down: Down
  open: boolean
  /** Number of the last message that was seen. */
  seen: number
  /** Whom the site has signed, once the server has believed it. */
  signed: { name: string | null } | null
  /** What was wrong with the token of somebody who is a stranger for it. */
  flaw: string | null
  /** A message is being left, for nobody serves now. */
  leaving: boolean
  /** A call is to begin instead. */
  calling: Mode | null
  /** An act is under way. */
  busy: boolean
  /** What went wrong, in the server's words, or a key of the catalogue after a `#`. */
  problem: string | null
}

export const BEGINNING: View = {
  phase: 'loading',
  config: null,
  talk: SILENT,
  outgoing: [],
  down: 'offline',
  open: false,
  seen: 0,
  signed: null,
  flaw: null,
  leaving: false,
  calling: null,
  busy: false,
  problem: null,
}
