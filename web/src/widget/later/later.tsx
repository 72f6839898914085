import { h, type VNode } from 'preact'

import type { Chat } from '../chat'
import { transcriptText } from '../transcript'
import type { Attachment, Message } from '../types'
import type { Part } from '../Widget'
import { Files } from './files'
import { Shown } from './Shown'
import { Tools } from './Tools'
import { Tray } from './Tray'
import { Uploads } from './uploads'

/**
 * What is needed once one talks, and so comes in a file of its own: files, emoji, the transcript. It draws with the
 * widget's own Preact (`vite.widget.config.ts`).
 */
export interface Later {
  /** Beside where one writes. */
  Tools(props: Part & { insert(sign: string): void; focus(): void }): VNode
  /** Above where one writes. */
  Tray(part: Part): VNode
  /** What a message has with it. */
  Shown(props: { message: Message; part: Part }): VNode
  /** Whether something is put to the message, and whether it can go. */
  standing(): 'none' | 'ready' | 'waiting'
  /** What goes with the message: ready, and from now on not here any more. */
  take(): Attachment[]
  save(part: Part): void
}

export type MakeLater = (chat: Chat) => Later

export const later: MakeLater = (chat) => {
  const files = new Files(chat)
  const uploads = new Uploads(chat, files)
  return {
    Tools: (props) => <Tools {...props} uploads={uploads} />,
    Tray: (part) => <Tray {...part} uploads={uploads} />,
    Shown: (props) => <Shown {...props} files={files} />,
    standing: () => uploads.standing(),
    take: () => uploads.take(),
    save: ({ texts, language }) => {
      const title = chat.view.config?.name ?? texts('panel')
      download(transcriptText(chat.view.talk, texts, language, title), `chat-${new Date().toISOString().slice(0, 10)}.txt`)
    },
  }
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
