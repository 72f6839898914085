import { shallowReactive } from 'vue'

import type { Tone } from './tones'

export interface Toast {
  id: number
  tone: Tone
  title: string
  detail?: string
  action?: { label: string; act: () => void }
}

const KEEP_MS = 6000
/** So many are on the screen at once. */
export const MOST_SHOWN = 4
let last = 0

export const toasts = shallowReactive<Toast[]>([])

export function dismissToast(id: number): void {
  const index = toasts.findIndex((toast) => toast.id === id)
  if (index >= 0) toasts.splice(index, 1)
}

export function dismissAllToasts(): void {
  toasts.splice(0)
}

/** Says something in the corner. What is bad stays until it is read, however much comes after it; the rest goes by itself. */
export function toast(message: Omit<Toast, 'id'>): number {
  const id = ++last
  toasts.push({ ...message, id })
  if (toasts.length > MOST_SHOWN) {
    const spare = toasts.find((one) => one.tone !== 'bad' && one.id !== id)
    if (spare) dismissToast(spare.id)
  }
  if (message.tone !== 'bad') setTimeout(() => dismissToast(id), KEEP_MS)
  return id
}
