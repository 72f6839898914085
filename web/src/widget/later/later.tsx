import { h } from 'preact'

import type { MakeLater } from '../deferred'
import { transcriptText } from '../transcript'
import type { Part } from '../part'
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
import { Uploads } from './uploads'
import { Words } from './Words'

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
    Words: (props) => <Words {...props} />,
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
