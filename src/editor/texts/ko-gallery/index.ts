// 준비된 워크플로가 하는 말, 한국어: 제목, 설명, 그리고 캔버스의 메모. 파일은 영어 그대로이고, 화면에서 옮긴다.
// 영어 문장이 열쇠라, 파일의 문장이 바뀌면 옮긴 것이 없다고 test/editor/galleryTexts.test.ts가 알린다. 노드의 제목은 이름이므로 그대로 둔다.
import { editing } from './editing.ts'
import { guidance } from './guidance.ts'
import { pictures } from './pictures.ts'
import { points } from './points.ts'

/** 주제의 이름. 사람이 제 워크플로에 붙일 만한 낱말이라 따로 둔다. */
export const koTopics = { Points: '점', Pictures: '이미지', Guidance: '가이던스', Editing: '편집' }

/** 영어 문장마다 한국어 문장. */
export const parts: Readonly<Record<string, Readonly<Record<string, string>>>> = { points, pictures, guidance, editing }

export const koGallery: Readonly<Record<string, string>> = Object.assign({}, ...Object.values(parts))
