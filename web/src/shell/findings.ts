import { shallowRef } from 'vue'

/** A conversation that the command palette can open. */
export interface Finding {
  id: string
  label: string
  hint: string
}

/** Given by whichever page holds live rows: the palette finds what is already here, and asks nobody. */
const finder = shallowRef<((words: readonly string[]) => Finding[]) | null>(null)

export function provideFindings(find: (words: readonly string[]) => Finding[]): () => void {
  finder.value = find
  return () => {
    if (finder.value === find) finder.value = null
  }
}

export function findings(words: readonly string[]): Finding[] {
  return finder.value?.(words) ?? []
}
