/**
 * How long a text message is: the alphabet of 3GPP TS 23.038 (septets, seven signs of which count twice), or UTF-16
 * where a character is not in it; one short message, or several that are joined on the customer's telephone.
 */
const BASIC = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà')
const EXTENDED = new Set('\f^{}\\[~]|€')
const GSM = { alone: 160, joined: 153 }
const UCS2 = { alone: 70, joined: 67 }

export interface Sms {
  characters: number
  parts: number
  /** Whether everything is in the alphabet in which more fits. */
  plain: boolean
}

export function smsOf(text: string): Sms {
  const signs = [...text]
  const plain = signs.every((one) => BASIC.has(one) || EXTENDED.has(one))
  const sizes = signs.map((one) => (plain ? (EXTENDED.has(one) ? 2 : 1) : one.length))
  const { alone, joined } = plain ? GSM : UCS2
  const whole = sizes.reduce((sum, one) => sum + one, 0)
  return { characters: signs.length, parts: whole <= alone ? Math.min(1, whole) : parted(sizes, joined), plain }
}

/** No sign is parted: what does not fit whole goes into the next one. */
function parted(sizes: readonly number[], room: number): number {
  let parts = 1
  let used = 0
  for (const size of sizes) {
    if (used + size > room) {
      parts += 1
      used = 0
    }
    used += size
  }
  return parts
}
