import { onScopeDispose, shallowReactive } from 'vue'

import { translate as t } from '@/messages'

/** A key (as `event.key` names it) and what it does; listed in the help and, with `act`, in the palette. */
export interface Shortcut {
  keys: string
  label: string
  act: () => void
  /** Also from a field: for keys that write nothing. */
  whileTyping?: boolean
}
export interface ShortcutGroup {
  label: string
  shortcuts: readonly Shortcut[]
}

const groups = shallowReactive<(() => ShortcutGroup)[]>([])

/** Registers keys for as long as the caller lives; given as a function so that labels follow the language. */
export function useShortcuts(group: () => ShortcutGroup): void {
  groups.push(group)
  onScopeDispose(() => {
    const index = groups.indexOf(group)
    if (index >= 0) groups.splice(index, 1)
  })
}

export function shortcutGroups(): ShortcutGroup[] {
  return groups.map((group) => group())
}

/** A key as it is printed. */
export function keyName(keys: string): string {
  return keys === ' ' ? t('replay.space') : keys
}

/** Typing is typing: no shortcut fires in a field, in a menu, or while a dialog is open. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null
  if (!target?.closest) return false
  return isField(target) || hasDialog()
}
const isField = (target: HTMLElement) => target.closest('input, textarea, select, [contenteditable="true"], [role="menu"], [role="listbox"]') !== null
const hasDialog = () => document.querySelector('[role="dialog"][data-state="open"]') !== null

export function onShortcutKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const typing = isTyping(event)
  // A focused button or link keeps its Enter and Space.
  const onControl = (event.target as HTMLElement | null)?.closest?.('button, a, [role="tab"]')
  if (onControl && (event.key === 'Enter' || event.key === ' ')) return
  for (const group of [...groups].reverse()) {
    const found = group().shortcuts.find((shortcut) => shortcut.keys === event.key && (!typing || (shortcut.whileTyping && !hasDialog())))
    if (!found) continue
    event.preventDefault()
    found.act()
    return
  }
}
