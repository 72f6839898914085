import { h, type VNode } from 'preact'

import type { AnswerFrame } from '../../../calls/frames'
import type { Chat } from '../../chat'
import type { Item } from '../../types'
import type { Part } from '../../part'
import { Begin } from './Begin'
import { CallBox } from './CallBox'
import { CustomerCall, type Begin as Beginning } from './customer'

/** All that calls need, in a file of its own: only whoever may call or be called fetches it. */
export interface Calls {
  /** The buttons with which one calls, or goes back to writing; `submit` is the form's. */
  Begin(props: Part & { submit(): void }): VNode
  begin: (begin: Beginning) => Promise<void>
  /** The call that goes on, or the question whether one comes into one. */
  Call(part: Part): VNode | null
  /** What came over the line: items, or an answer to what was offered; null where it is all over. */
  hear(coming: readonly (Item | AnswerFrame)[] | null): void
}

export type MakeCalls = (chat: Chat) => Calls

export const calls: MakeCalls = (chat) => {
  const call = new CustomerCall(chat)
  return {
    Begin: (props) => <Begin {...props} call={call} />,
    begin: (begin) => call.begin(begin),
    Call: (part) => (call.known ? <CallBox {...part} call={call} known={call.known} /> : null),
    hear: (coming) => call.hear(coming),
  }
}
