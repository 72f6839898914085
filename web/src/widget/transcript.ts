import { lines, type Talk } from './talk'
import { dateLocale, type Texts } from './texts'

/** The conversation as plain text, in the reader's language and time: what the customer takes along. */
export function transcriptText(talk: Talk, texts: Texts, language: string, title: string): string {
  const time = new Intl.DateTimeFormat(dateLocale(language), { dateStyle: 'short', timeStyle: 'short' })
  const begun = talk.messages[0]?.at ?? talk.situation?.notices?.[0]?.at
  const head = begun ? texts('transcript', { date: time.format(new Date(begun)) }) : texts('log')
  const body = lines(talk).map(({ message, notice }) => {
    if (message) return `[${time.format(new Date(message.at))}] ${message.author.name}: ${message.text}`
    const told = texts.told(notice.code, { name: notice.name, text: notice.text ?? null })
    return told === null ? null : `[${time.format(new Date(notice.at))}] — ${told}`
  })
  return [title, head, '', ...body.filter((line) => line !== null), ''].join('\r\n')
}

/** Hands the text over as a file. It never leaves the browser. */
export function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
