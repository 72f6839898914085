import { Contact } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['supervisor', 'agent', 'administrator']

export const routes: Area['routes'] = [
  { path: '/contacts', component: () => import('./ContactsPage.vue'), meta: { roles, title: 'contacts.title' } },
  { path: '/contacts/:id', component: () => import('./ContactPage.vue'), props: true, meta: { roles, title: 'contacts.one' } },
]
export const places: Area['places'] = [
  { to: '/contacts', label: 'contacts.title', icon: Contact, section: 'supervise', roles, order: 5, otherwise: { unless: 'supervisor', section: 'serve' } },
]
