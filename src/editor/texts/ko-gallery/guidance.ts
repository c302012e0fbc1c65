// 주제 Guidance(가이던스)의 준비된 워크플로가 하는 말: 제목, 설명, 메모.
export const guidance = {
  // autoguidance
  'Autoguidance: away from a bad model': '오토가이던스: 나쁜 모델에서 멀어지기',
  'Two networks learn the same eight clouds: a good one, and one that is smaller and hardly trained. Where they disagree, the bad one errs the same way as the good one, only more; going from the bad past the good corrects what both get wrong. No classes are needed. Compare good alone with guided.':
    '두 신경망이 같은 여덟 무리를 배웁니다. 하나는 좋고, 하나는 더 작은 데다 거의 배우지 못했습니다. 둘의 말이 다른 곳에서 나쁜 쪽은 좋은 쪽과 같은 방향으로 더 크게 틀립니다. 그래서 나쁜 쪽에서 좋은 쪽을 지나 더 가면 둘 다 틀린 것이 바로잡힙니다. 클래스는 필요 없습니다. 좋은 것만 쓴 샘플과 가이던스를 거친 샘플을 견주어 보세요.',
  'Guidance by a class needs classes, and makes samples alike. Here the second opinion is a worse model: the difference points to where both are uncertain, and is overdone on purpose. Set scale to 1 for no guidance.':
    '클래스로 하는 가이던스는 클래스가 있어야 하고, 샘플을 서로 닮게 만듭니다. 여기서 두 번째 의견은 더 나쁜 모델입니다. 차이는 둘 다 자신이 없는 곳을 가리키며, 그것을 일부러 지나치게 합니다. scale을 1로 하면 가이던스가 없습니다.',

  // classifier-guidance
  'Classifier guidance: a judge that steers': '분류기 가이던스: 방향을 잡아 주는 심판',
  'A classifier learns to tell digits apart in any amount of noise. Then it steers a model that is never told a class: in each step its gradient says how the pixels would have to change to look more like the digit asked for. Compare the rows, and change the scale.':
    '분류기가 노이즈가 얼마나 끼었든 숫자를 구별하는 법을 배웁니다. 그러고는 클래스를 듣지 못하는 모델을 이끕니다. 단계마다 분류기의 기울기가, 바라는 숫자에 더 가까워지려면 픽셀이 어떻게 바뀌어야 하는지 알려 줍니다. 줄을 견주고 스케일을 바꾸어 보세요.',
  'The model gets no label: its null label stands for any digit. All that is known of classes is in the gradient of the judge. Its scale says how much that counts; the loss of the judge cannot reach 0, since in much noise nobody can tell.':
    '모델은 레이블을 받지 않습니다. 모델의 null 레이블은 아무 숫자나 뜻합니다. 클래스에 대해 아는 것은 모두 심판의 기울기에 있고, 그 scale이 얼마나 따를지를 정합니다. 노이즈가 많으면 누구도 알아보지 못하므로 심판의 손실은 0이 될 수 없습니다.',
}
