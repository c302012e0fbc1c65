// The system's preference for reduced motion.

export const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)')
