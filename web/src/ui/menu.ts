import type { Component } from 'vue'

/** One line of a menu: something to do, a heading, or a line between groups. */
export interface MenuEntry {
  id?: string
  label?: string
  icon?: Component
  act?: () => void
  /** Why it can't be done now, in words; the entry is then shown but off. */
  reason?: string | null
  danger?: boolean
  /** A second line. */
  detail?: string
  keys?: string
  checked?: boolean
  heading?: boolean
  separator?: boolean
}
