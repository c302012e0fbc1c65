// The files of the lessons that come with the editor, by path. This module is loaded with the first
// lesson; workflows are loaded one by one. Pages for teachers are not among the files.

export const courseTexts = import.meta.glob<string>('/lessons/*/course{,.ko}.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})

export const lessonTexts = import.meta.glob<string>('/lessons/*/*/lesson{,.ko}.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})

export const workflowTexts = import.meta.glob<string>('/lessons/*/*/*.json', {
  query: '?raw',
  import: 'default',
})
