"""Classes: AutoModelForSequenceClassification; the best epoch by macro-F1. LoRA: rank 8, alpha 16, queries and values."""
import torch
from transformers import AutoModelForSequenceClassification

import recipe


class Task:
    chooses = True
    main = "macroF1"

    def __init__(self, parts, options, seed):
        self.tokens, self.text = options.tokens, recipe.tokenizer(options.model)
        self.training, self.development = parts["train"], parts["development"]
        self.names = sorted({self.gold(row) for row in self.training})
        self.number = {name: index for index, name in enumerate(self.names)}
        self.model = self.build(options)

    def build(self, options):
        model = AutoModelForSequenceClassification.from_pretrained(options.model, num_labels=len(self.names))
        if options.method != "lora":
            return model
        from peft import LoraConfig, get_peft_model
        bert = model.config.model_type == "bert"
        return get_peft_model(model, LoraConfig(
            task_type="SEQ_CLS", r=8, lora_alpha=16,
            target_modules=["query", "value"] if bert else ["q_lin", "v_lin"]))

    def gold(self, row):
        return row["label"]

    def texts(self, row):
        """What is read of a row: a text, or two."""
        return (row["text"],)

    def inputs(self, rows):
        return self.text(*map(list, zip(*map(self.texts, rows))), truncation=True, max_length=self.tokens,
                         padding="longest", return_tensors="pt")

    def logits(self, rows):
        return self.model(**self.inputs(rows)).logits

    def loss(self, rows):
        target = torch.tensor([self.number[self.gold(row)] for row in rows])
        return torch.nn.functional.cross_entropy(self.logits(rows), target)

    def length(self, row):
        return sum(map(len, self.texts(row)))

    def answers(self, rows):
        found = recipe.in_batches(lambda batch: self.logits(batch).argmax(1).tolist(), rows, self.length)
        return [self.names[label] for label in found]

    def scores(self, rows, found):
        truth = [self.gold(row) for row in rows]
        return {"accuracy": recipe.accuracy(truth, found), "macroF1": recipe.macro_f1(truth, found)}

    def choose(self):
        return self.scores(self.development, self.answers(self.development))[self.main]
