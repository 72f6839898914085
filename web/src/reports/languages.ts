import { currentLanguage } from '@/messages'

/** What a language is called on this page; its code where nobody knows a name for it. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([currentLanguage()], { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}
