import { defineStore } from 'pinia'
import { ref, watch } from 'vue'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const STORED = 'valvomo.theme'

export const usePreferences = defineStore('preferences', () => {
  const stored = localStorage.getItem(STORED)
  const theme = ref<Theme>(THEMES.find((name) => name === stored) ?? 'system')

  watch(
    theme,
    (value) => {
      if (value === 'system') delete document.documentElement.dataset.theme
      else document.documentElement.dataset.theme = value
      localStorage.setItem(STORED, value)
    },
    { immediate: true },
  )
  return { theme }
})
