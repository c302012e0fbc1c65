// The files of the ready workflows, and their thumbnails, by path.

export const files = import.meta.glob<string>('/workflows/*.json', {
  query: '?raw',
  import: 'default',
})

/** For dark themes. */
export const pictures = import.meta.glob<string>('/workflows/*.{webp,png}', {
  query: '?url&no-inline',
  import: 'default',
  eager: true,
})

/** For light themes. */
export const lightPictures = import.meta.glob<string>('/workflows/light/*.{webp,png}', {
  query: '?url&no-inline',
  import: 'default',
  eager: true,
})
