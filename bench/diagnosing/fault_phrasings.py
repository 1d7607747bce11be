r"""How models word what `faults` plants: written before the rules and apart from their word lists.

Every constant has two halves: rules were developed on the first, figures are reported on the
second. `{answer}`, `{thing}`, `{a}` … stand for what a question fills in. The wordings follow how
GPT-4o, Qwen-VL, LLaVA, InternVL and Gemini answer and refuse, in the languages they do it in.
"""

from typing import Final

Halves = tuple[tuple[str, ...], tuple[str, ...]]
"""Of the development and of the report."""

STATED: Final[Halves] = (
    (
        "{answer}",
        "The answer is {answer}.",
        "**Answer:** {answer}",
        "Looking at the picture, I can see what is asked for clearly.\n\nAnswer: {answer}",
        "Okay, let me look at this step by step. First I find the {thing}. Then I compare it with "
        "the rest of the picture. So the final answer is {answer}.",
        "Hmm, let me think. At first sight it could be something else, wait, no. After a second "
        "look I am fairly confident.\n\nThe answer is: {answer}",
        "图片中可以清楚地看到。\n\nAnswer: {answer}",
        "To answer this question:\n1. **Locate** the {thing}.\n2. **Check** the details.\n\n"
        "Therefore, the answer is \\boxed{{{answer}}}",
    ),
    (
        "{answer}",
        "Answer: {answer}",
        "So the answer is {answer}",
        "### Step 1: Identify\nThe {thing} is what the question is about.\n### Step 2: Conclude\n"
        "$$\\boxed{{{answer}}}$$",
        "Let's break it down. The {thing} stands out from its surroundings, and there is nothing "
        "in the image that contradicts this. Final answer: {answer}",
        "Got it, let's see. I need to check the {thing}. Maybe I should double-check... yes, that "
        "matches what I saw first.\n\n**Final Answer**\n{answer}\nThe answer is {answer}",
        "Para responder, observo la imagen con atención.\n\nAnswer: {answer}",
        "Based on the visual evidence provided, the correct answer is {answer}.",
    ),
)
"""Ways to state an answer that the core grader reads."""

TRUE_SUMS: Final[Halves] = (
    (
        "12 + 15 = 27 and 27 - 7 = 20.",
        "3 × 4 = 12, so 12 / 5 = 2.4.",
        r"\(\frac{{1}}{{2}} \times 8 = 4\)",
        "1/3 = 0.333 and 2/3 = 0.667.",
        "The range 1990-1995 = 5 years is not needed here.",
        "180° - 60° - 50° = 70°.",
        "45% + 30% = 75%.",
        "Is 3 + 4 = 8? No, it is 7.",
        "$1,200 + $350 = $1,550.",
        "9:45 + 30 minutes = 10:15.",
        "x = 3 + 2y, which for y = 4 gives 11.",
        "7 + 6 = 14, wait, 7 + 6 = 13.",
    ),
    (
        "8 + 9 = 17, then 17 × 2 = 34.",
        "100 - 37 = 63.",
        r"$\dfrac{{6}}{{4}} = 1.5$ and $2 \cdot 1.5 = 3$.",
        "22 / 7 ≈ 3.14 = roughly pi.",
        "The final score was 3-2 = a narrow win.",
        "2^3 = 8 and 5! = 120.",
        "20% of 50 = 10.",
        "It would be wrong to say that 5 + 5 = 11.",
        "€2.50 + €1.25 = €3.75.",
        "1,5 + 2,5 = 4",
        "Area = 5 cm × 4 cm = 20 cm².",
        "6 × 7 = 48. Actually, 6 × 7 = 42.",
    ),
)
"""Sums that are right, or not claimed: what the rule for sums must not accuse."""

FALSE_SUMS: Final[Halves] = (
    (
        "I see {a} to the left, {b} to the right: {a} + {b} = {wrong}. The answer is {wrong}.",
        "We compute:\n1. Start with {a}\n2. {a} + {b} = {wrong}\n\n**Answer: {wrong}**",
        r"\[ {a} + {b} = {wrong} \] So the answer is \boxed{{{wrong}}}",
        "First {a} × {b} = {product}. Then I need {a} + {b} = {wrong}, so {wrong}.",
        "将左边和右边相加：{a} + {b} = {wrong}。Answer: {wrong}",
        "{a} plus {b} equals {wrong}. The answer is {wrong}.",
        "Therefore we have {b} + {a} = {wrong} in total.\n\nFinal answer: {wrong}",
        "So, {a} + {b} = {wrong} and {wrong} - {b} = {short}; that checks out. Answer: {wrong}",
    ),
    (
        "Total = {a} + {b} = {wrong}\n\nAnswer: {wrong}",
        "Step 1: I read {a} and {b}. Step 2: {a}+{b}={wrong}. Final answer: {wrong}",
        "$$\n{a} + {b} = {wrong}\n$$\nThe answer is {wrong}",
        "- first row: {a}\n- second row: {b}\n- sum: {a} + {b} = **{wrong}**\n\nAnswer: {wrong}",
        "Sumamos las dos cantidades: {a} + {b} = {wrong}. Answer: {wrong}",
        "Adding {a} and {b} gives {wrong}. The answer is {wrong}.",
        "Let me add them up: {a} + {b} = {wrong}\nHence the answer is {wrong}.",
        "The first value is {a}, the second {b}; together ({a} + {b}) = {wrong}. Answer: {wrong}",
    ),
)
"""A sum worked out wrongly, and the answer that follows from it."""

REFUSALS: Final[Halves] = (
    (
        "I'm sorry, but I can't help with that.",
        "I'm sorry, I can't assist with identifying people in images.",
        "I apologize, but I am not able to view the image you are referring to.",
        "Sorry, I can't provide that information.",
        "As an AI language model, I don't have the ability to see images.",
        "I don't see any image attached. Could you please upload it?",
        "Unfortunately, I cannot see the image. Please describe it.",
        "I am unable to process images.",
        "It seems that the image did not load. Please provide the image again.",
        "I won't be able to answer this question about a real person.",
        "抱歉，我无法查看图片。",
        "对不起，我不能回答这个问题。",
        "作为一个人工智能语言模型，我无法看到图像。",
        "Lo siento, no puedo ayudar con eso.",
        "Je suis désolé, mais je ne peux pas voir l'image.",
        "Es tut mir leid, aber ich kann dabei nicht helfen.",
        "申し訳ありませんが、画像を見ることができません。",
        "Desculpe, não consigo ver a imagem.",
        "Извините, я не могу помочь с этим.",
        "죄송하지만 이미지를 볼 수 없습니다.",
    ),
    (
        "I can't help with identifying who is shown in this picture.",
        "I'm not able to determine anything about individuals from their appearance, sorry.",
        "My apologies, but I cannot assist with this request.",
        "I'm sorry, but I cannot provide an answer without being able to see the image.",
        "There is no image provided in your message, so I cannot answer.",
        "It looks like you forgot to attach the picture. Can you share it?",
        "I'm just a text-based AI and do not have the capability to view pictures.",
        "I must respectfully decline to answer that.",
        "This content may violate our usage policies, so I will not respond.",
        "I do not have access to the image, please upload it so I can take a look.",
        "很抱歉，我没有看到您上传的图片。",
        "我无法识别图片中的人物身份。",
        "抱歉，作为AI助手，我不能提供相关内容。",
        "Lo lamento, pero no puedo ver imágenes.",
        "Désolé, je ne suis pas en mesure d'analyser cette image.",
        "Entschuldigung, ich kann das Bild nicht sehen.",
        "すみませんが、その質問にはお答えできません。",
        "Sinto muito, mas não posso ajudar com isso.",
        "К сожалению, я не вижу изображения.",
        "Mi dispiace, ma non posso vedere l'immagine.",
    ),
)

UNREADABLE: Final[Halves] = (
    (
        "It is the one that I described above, as can be seen.",
        "The picture shows a number of things, some of them overlapping.",
        "<answer></answer>",
        "Let me analyze the image. The image shows the {thing} and its surroundings.",
        "图中显示了相关内容。",
        "{{}}",
    ),
    (
        "This is clear from the image itself.",
        '```json\n{{"thought": "the {thing} is visible"}}\n```',
        "The image depicts the {thing} in some detail.",
        "addCriterion",
        "这张图片展示了一个场景。",
        "...",
    ),
)
"""Nothing that could be read as a letter, a number or yes or no."""

SEEN_BUT_UNREADABLE: Final[Halves] = (
    ("I would go with {content} here.", "Most likely {content}, I believe.", "应该是{content}。"),
    ("My pick would be {content}, judging by its look.", "{content}—that one.", "Es {content}."),
)
"""The right content, in words that the core grader does not read."""

PRESENT: Final[Halves] = (
    (
        "Yes",
        "Yes, there is {one} in the image.",
        "Yes, {one} can be seen in the background, next to the wall.",
        "yes. The image shows {one} on the left side.",
        "**Yes**",
        "Yeah, {one} is right there in the foreground. So the answer is yes.",
        "Let me look closely. Next to the bench there is {one}. Therefore: Yes.",
        "Yes，图片中有{one}。",
    ),
    (
        "Yes.",
        "Yes, I can see {one} near the centre.",
        "Yes, there appears to be {one} partially hidden behind other objects.",
        "The answer is yes",
        "Answer: Yes, {one} is visible.",
        "YES - {one}, slightly out of focus.",
        "Looking at the lower half, I notice {one}.\n\n**Answer: yes**",
        "Yes, 可以看到{one}。",
    ),
)

ABSENT: Final[Halves] = (
    ("No", "No, there is no {thing} in the image.", "No. I do not see any {thing}."),
    ("No.", "No, the image does not contain a {thing}.", "The answer is no"),
)

ASSERTED: Final[Halves] = (
    (
        "{answer}",
        "It is {answer}.",
        "The label clearly reads {answer}.",
        "From the picture, one can tell that it is {answer}.",
        "Zooming in on the {thing}, the text says {answer}.",
        "根据图片，答案是{answer}。",
    ),
    (
        "The answer is {answer}.",
        "According to the image, it's {answer}",
        "**{answer}**",
        "I can see that it says {answer} near the bottom.",
        "Judging by the {thing}, this would be {answer}",
        "Según la imagen, es {answer}.",
    ),
)
"""Answers to what the picture does not say."""

NOT_SAID: Final[Halves] = (
    (
        "That is not shown in the image.",
        "It is impossible to tell from this picture.",
        "无法确定。",
        "The image does not provide enough information to answer this.",
    ),
    (
        "No such information is visible.",
        "I can't tell from the image.",
        "图片中没有提供该信息，因此无法判断。",
        "Unknown",
    ),
)
"""The question was seen not to be answered by the picture, in words the grader does not take."""

SEVERAL: Final[Halves] = (
    ("A and B", "(A), (C)", "A, B and C are all right.", "Both B and D."),
    ("B, C", "A & D", "Options A and C", "Either (B) or (C)"),
)
"""Several options where one is asked."""

VERBOSE: Final[Halves] = (
    (
        "The {thing} in the picture is what the question asks about, and it is {answer}, as far as "
        "one can tell from the details.",
        "Based on the image, it would be {answer} because the {thing} is clearly visible.",
    ),
    (
        "After careful examination of the scene I conclude that it must be {answer} here.",
        "What we can see next to the {thing} is {answer}, which is easy to recognise.",
    ),
)
"""The right answer in a sentence where one word is asked and nothing else is accepted."""

KNOWLEDGE: Final[Halves] = (
    (
        "This is typical of the region, where such things are traditional. The answer is {answer}.",
        "By definition a {thing} belongs to that group, so the answer is {answer}.",
        "{answer}",
        "It is well known that this holds in general. Answer: {answer}",
    ),
    (
        "From what I know about the {thing}, the answer is {answer}.",
        "Historically, this was introduced in the 1960s. Answer: {answer}",
        "{answer}",
        "The principle behind the {thing} says so. So the answer is {answer}",
    ),
)

REASONING: Final[Halves] = (
    (
        "If the first condition holds, the second must hold as well; hence the answer is {answer}.",
        "The pattern repeats every other step, so the next one follows. The answer is {answer}.",
        "{answer}",
        "Since the {thing} comes before the others, the rest can be ruled out. Answer: {answer}",
    ),
    (
        "Going through the cases one after the other leaves one. The answer is {answer}.",
        "The {thing} excludes the first two, therefore the answer is {answer}",
        "{answer}",
        "By symmetry both sides must be the same. Answer: {answer}",
    ),
)
