import { ArrowLeftRight, Eye, LogIn, OctagonX, UserPlus } from '@lucide/vue'
import type { Component } from 'vue'

import { eitherCode, isShown, refusalCode, refusalText } from '@/conversation/acts'
import type { BoardRow } from '@/conversation/types'
import { reasonText } from '@/messages/problems'

export type RowAct = 'monitor' | 'join' | 'assign' | 'transfer' | 'force_close'

export interface ActEntry {
  name: RowAct
  icon: Component
  keys?: string
  shown(row: Pick<BoardRow, 'acts'>): boolean
  /** Why not, in words; null when it is allowed. */
  reason(row: Pick<BoardRow, 'acts'>): string | null
}

function single(name: RowAct, icon: Component, keys?: string): ActEntry {
  return { name, icon, keys, shown: (row) => isShown(row.acts, name), reason: (row) => refusalText(row.acts, name) }
}

/** "Assign" is to an agent or to a queue: off only when both are. */
function double(name: 'assign' | 'transfer', icon: Component, keys: string): ActEntry {
  const [agent, queue] = [`${name}_agent`, `${name}_queue`]
  return {
    name,
    icon,
    keys,
    shown: (row) => isShown(row.acts, agent) || isShown(row.acts, queue),
    reason: (row) => {
      // A transfer that waits for the end of the call, one to another number, or a bot's hand-over, is a transfer too.
      const instead = name === 'transfer' && ['transfer_when_call_ends', 'forward', 'hand_over'].some((act) => refusalCode(row.acts, act) === null)
      const code = instead ? null : eitherCode(row.acts, agent, queue)
      return code ? reasonText(code) : null
    },
  }
}

/** The supervisor's acts on a row, in the order of the keyboard hand. */
export const ROW_ACTS: readonly ActEntry[] = [
  single('monitor', Eye, 'm'),
  single('join', LogIn),
  double('assign', UserPlus, 'a'),
  double('transfer', ArrowLeftRight, 't'),
  single('force_close', OctagonX, 'x'),
]

export function actEntry(name: RowAct): ActEntry {
  const entry = ROW_ACTS.find((act) => act.name === name)
  if (!entry) throw new Error(name)
  return entry
}
