import { FlaskConical } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['supervisor', 'administrator']

export const routes: Area['routes'] = [
  { path: '/what-if', component: () => import('./WhatIfPage.vue'), meta: { roles, title: 'whatIf.title' } },
]
export const places: Area['places'] = [{ to: '/what-if', label: 'whatIf.title', icon: FlaskConical, section: 'supervise', roles, order: 80 }]
