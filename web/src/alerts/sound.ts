import { ref, watch } from 'vue'

const STORED = 'valvomo.alerts.sound'

/** Whether alerts sound in this browser. */
export const alertSound = ref(localStorage.getItem(STORED) !== 'off')
watch(alertSound, (on) => localStorage.setItem(STORED, on ? 'on' : 'off'))
