// 주제 Editing(편집)의 준비된 워크플로가 하는 말: 제목, 설명, 메모.
export const editing = {
  // inpainting
  'Fill in: half of each digit is known': '채워 넣기: 숫자마다 반쪽만 알 때',
  'The upper half of real digits is known, the lower half is masked out. In each step the known half is put in, noised to where the step leads, and the model makes the rest so that it fits. Choose another mask, or another size.':
    '진짜 숫자의 위쪽 반은 알고, 아래쪽 반은 마스크로 가렸습니다. 단계마다 아는 반쪽을 그 단계가 이르는 곳만큼 노이즈를 더해 넣고, 모델이 나머지를 어울리게 만듭니다. 다른 마스크나 다른 크기를 골라 보세요.',
  'The wire along the bottom of the loop carries both halves: the known one, as noisy as it would be at this step, and the made one. The model sees both, so what it makes fits what is known. Where it does not quite, the made half was decided before the known one could be seen through its noise: RePaint goes back and forth against that.':
    '반복의 아래쪽 선은 두 반쪽을 나릅니다. 이 단계에서만큼 노이즈가 낀 아는 반쪽과, 만든 반쪽입니다. 모델은 둘 다 보므로 만드는 것이 아는 것과 어울립니다. 꼭 맞지 않는 곳은, 아는 반쪽이 노이즈 너머로 보이기 전에 만든 반쪽이 먼저 정해진 것입니다. RePaint는 그래서 앞뒤로 오갑니다.',

  // interpolation
  'Between two noises': '두 노이즈 사이',
  'Each row goes from one noise to another in eight steps and samples each with DDIM, which adds no noise of its own: samples change smoothly, because what is between two noises is noise as well. On the straight line it would be too short: set along to line and see how samples fade.':
    '줄마다 한 노이즈에서 다른 노이즈로 여덟 걸음에 가며, 저마다 DDIM으로 샘플링합니다. DDIM은 제 노이즈를 더하지 않습니다. 두 노이즈 사이도 노이즈라서 샘플은 매끄럽게 바뀝니다. 직선 위에서는 노이즈가 너무 짧아집니다. along을 line으로 바꾸고 샘플이 흐려지는 것을 보세요.',
  'Noise of many numbers lies close to a sphere. Along the sphere (slerp) the way stays there; the straight line (lerp) cuts through the inside, where the model has seen nothing.':
    '수가 많은 노이즈는 구면 가까이에 있습니다. 구면을 따라가면(slerp) 길이 거기 머물고, 직선(lerp)은 모델이 아무것도 본 적 없는 안쪽을 가로지릅니다.',

  // inversion
  'Inversion: which noise does a digit come from?': '인버전: 숫자는 어떤 노이즈에서 왔을까?',
  'DDIM without fresh noise is a differential equation, and can be followed backwards: from a real digit to the noise it would have come from, and down again to the digit. With few steps the way back misses a little. The histogram shows what was found: is it noise?':
    '새 노이즈가 없는 DDIM은 미분 방정식이라 거꾸로 따라갈 수 있습니다. 진짜 숫자에서 그것이 나왔을 노이즈로, 그리고 다시 숫자로 내려옵니다. 단계가 적으면 돌아오는 길이 조금 빗나갑니다. 히스토그램은 찾은 것을 보여 줍니다. 노이즈일까요?',

  // repaint
  'RePaint: back and forth until both halves agree': 'RePaint: 두 반쪽이 어울릴 때까지 앞뒤로',
  'As in Fill in, half of each digit is known. But after some steps down the way goes as many up again, adding noise to both halves, so that what is made has another chance to fit what is known. Set jump_n_sample to 1 for the plain way.':
    '‘채워 넣기’처럼 숫자마다 반쪽을 압니다. 그런데 몇 단계 내려간 뒤 두 반쪽에 노이즈를 더하며 같은 수만큼 다시 올라가, 만든 것이 아는 것과 어울릴 기회를 한 번 더 얻습니다. jump_n_sample을 1로 하면 곧장 내려갑니다.',
  'A step down puts the known half in, noised, and takes the other from the model. A step up adds noise to both. The film shows how the made half is forgotten and made again, closer to the known one each time.':
    '내려가는 단계는 노이즈를 더한 아는 반쪽을 넣고, 다른 반쪽은 모델에서 가져옵니다. 올라가는 단계는 두 반쪽에 노이즈를 더합니다. 필름에서 만든 반쪽이 잊히고 다시 만들어지며, 그때마다 아는 반쪽에 더 가까워집니다.',

  // sdedit
  'Image to image: noise a little, then make it anew': '이미지에서 이미지로: 노이즈를 조금 더해 새로 만들기',
  'Real digits are noised part of the way, and sampled from there as sevens. With little strength they stay what they were, with much nothing of them is left; in between the stroke stays and the digit changes. Move strength, and choose another class.':
    '진짜 숫자에 길의 중간까지 노이즈를 더하고, 거기서 7로 샘플링합니다. strength가 작으면 원래대로 남고, 크면 아무것도 남지 않습니다. 그 사이에서는 획이 남고 숫자가 바뀝니다. strength를 움직이고 다른 클래스를 골라 보세요.',
  'SplitTimesteps cuts the way: the noisy part is skipped, and the data noised to where the rest begins. Large shapes drown last in noise, so they survive; fine ones are made anew.':
    'SplitTimesteps가 길을 나눕니다. 노이즈가 많은 부분은 건너뛰고, 나머지가 시작하는 곳까지 데이터에 노이즈를 더합니다. 큰 모양은 노이즈에 마지막으로 잠기므로 살아남고, 고운 것은 새로 만들어집니다.',
}
