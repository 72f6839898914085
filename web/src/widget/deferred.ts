import type { VNode } from 'preact'

import type { AnswerFrame } from '../calls/frames'
import type { Chat } from './chat'
import type { Part } from './part'
import type { Attachment, Item, KeptFile, Message } from './types'

/** What goes with a message: files that are there, and those that this browser keeps, which are put away first. */
export interface Taken {
  attachments: readonly Attachment[]
  files: readonly KeptFile[]
  kept: Promise<unknown> | null
}

/**
 * What is needed once the panel is open, and so comes in a file of its own: files, emoji, the survey, the transcript. It draws with the
 * widget's own Preact (`vite.widget.config.ts`).
 */
export interface Later {
  /** What came over the line; null where all of it is over. */
  hear(coming: readonly (Item | AnswerFrame)[] | null): void
  /** The call that goes on, or that one is asked into. */
  Call(part: Part): VNode | null
  /** Where one stands in the queue. */
  Standing(part: Part): VNode | null
  /** Where one begins. */
  Start(part: Part): VNode
  /** Beside where one writes. */
  Tools(props: Part & { insert(sign: string): void; focus(): void }): VNode
  /** Above where one writes. */
  Tray(part: Part): VNode
  /** What a message has with it. */
  Shown(props: { message: Message; part: Part }): VNode
  /** What the house has written, with its marks. */
  Words(props: { text: string }): VNode
  /** Whether something is put to the message, and whether it can go. */
  standing(): 'none' | 'ready' | 'waiting'
  /** What goes with the message: ready, and from now on not here any more. */
  take(): Taken
  /** The ids of files that were kept here, once they are with the server. */
  bring(files: readonly KeptFile[]): Promise<string[]>
  forget(files: readonly KeptFile[]): void
  /** What is done seldom. */
  Menu(part: Part): VNode
  /** Above the talk: what somebody who is known has said before. */
  Earlier(part: Part): VNode
  /** Once it has ended. */
  Ended(part: Part): VNode
}

export type MakeLater = (chat: Chat) => Later
