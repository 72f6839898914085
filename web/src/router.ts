import { createRouter, createWebHistory } from 'vue-router'

import { areaRoutes } from '@/shell/places'
import { useSession, type Role } from '@/stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Reachable without signing in. */
    open?: boolean
    /** Open also to whoever still has to get a second factor. */
    enrolling?: boolean
    /** Without the frame around it, for a screen that nobody sits at. */
    bare?: boolean
    /** Any of these roles; absent means everybody signed in. */
    roles?: readonly Role[]
    /** Key of the page's name, for the browser's tab. */
    title?: string
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', component: () => import('@/shell/SignIn.vue'), meta: { open: true, title: 'signIn.title' } },
    ...areaRoutes,
    // Where it leads depends on who is signed in, which only the guard below has asked.
    { path: '/', component: () => import('@/shell/NotFound.vue') },
    { path: '/:rest(.*)*', component: () => import('@/shell/NotFound.vue'), meta: { title: 'notFound.title' } },
  ],
})

let asked = false

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.me && !asked) {
    await session.load()
    asked = true
  }
  if (!session.me) return to.meta.open ? true : { path: '/sign-in', query: to.path === '/' ? {} : { next: to.fullPath } }
  if (session.lacksFactor && !to.meta.enrolling) return session.home
  if (to.path === '/sign-in' || to.path === '/') return session.home
  if (to.meta.roles && !to.meta.roles.some(session.has)) return session.home === to.path ? true : session.home
  return true
})
