import { h, type VNode } from 'preact'

import type { AnswerFrame } from '../../calls/frames'
import type { Chat } from '../chat'
import { transcriptText } from '../transcript'
import type { Item, KeptFile, Message } from '../types'
import type { Part } from '../Widget'
import { Earlier } from './Earlier'
import { Calling } from './calling'
import { Ended } from './Ended'
import { Files } from './files'
import { Menu } from './Menu'
import { Shown } from './Shown'
import { Standing } from './Standing'
import { Start } from './Start'
import { Tools } from './Tools'
import { Tray } from './Tray'
import { Uploads, type Taken } from './uploads'

export type { Taken }

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

export const later: MakeLater = (chat) => {
  const files = new Files(chat)
  const uploads = new Uploads(chat, files)
  const calling = new Calling(chat)
  return {
    hear: (coming) => calling.hear(coming),
    Call: (part) => calling.calls?.Call(part) ?? null,
    Standing: (part) => <Standing {...part} />,
    Start: (part) => <Start {...part} calls={calling.wanted()} />,
    Tools: (props) => <Tools {...props} uploads={uploads} />,
    Tray: (part) => <Tray {...part} uploads={uploads} />,
    Shown: (props) => <Shown {...props} files={files} />,
    standing: () => uploads.standing(),
    take: () => uploads.take(),
    bring: (kept) => uploads.bring(kept),
    forget: (kept) => uploads.forget(kept),
    Menu: (part) => <Menu {...part} save={() => save(part)} />,
    Earlier: (part) => <Earlier {...part} />,
    Ended: (part) => <Ended {...part} save={() => save(part)} />,
  }
}

function save({ chat, texts, language }: Part): void {
  const title = chat.view.config?.name ?? texts('panel')
  download(transcriptText(chat.view.talk, texts, language, title), `chat-${new Date().toISOString().slice(0, 10)}.txt`)
}

/** Hands the text over as a file. It never leaves the browser. */
function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
