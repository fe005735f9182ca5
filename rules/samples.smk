"""Study barrier: documents of one mixed corpus to look at, in every mix that it has.

It is the first mixed corpus with the most of these mixes. There is no such rule where no corpus
has one of them that needs translations.
"""

SHOWN_MIXES = {
    corpus: [
        mix
        for mix in ("document", "sentence", "words")
        if (corpus, mix) in CORPORA.mixes() and CORPORA.translations(corpus, mix)
    ]
    for corpus in CONFIG.barrier.mixed
}
SHOWN_CORPUS = max(SHOWN_MIXES, key=lambda corpus: len(SHOWN_MIXES[corpus]), default="")

if SHOWN_MIXES.get(SHOWN_CORPUS):

    index_item(
        "barrier",
        "sample",
        "samples",
        ["results/barrier/samples.parquet"],
        caption="barrier_samples",
    )

    rule sample_mixes:
        input:
            corpus=CORPORA.source(SHOWN_CORPUS),
            translations=[
                table
                for mix in SHOWN_MIXES[SHOWN_CORPUS]
                for table in CORPORA.translations(SHOWN_CORPUS, mix)
            ],
        output:
            "results/barrier/samples.parquet",
        log:
            "results/logs/barrier/sample_mixes.log",
        benchmark:
            "results/benchmarks/barrier/sample_mixes.tsv"
        conda:
            "../envs/corpora.yaml"
        params:
            script=script("sample_mixes"),
            code=code("sample_mixes"),
            corpus=SHOWN_CORPUS,
            mixes=as_json(
                [
                    CORPORA.options(SHOWN_CORPUS, mix)
                    for mix in SHOWN_MIXES[SHOWN_CORPUS]
                ]
            ),
            unchanged=TRANSLATION.unchanged,
        shell:
            "python {params.script} --name {params.corpus} --corpus {input.corpus:q}"
            " --mixes {params.mixes:q} --translations {input.translations:q}"
            " --unchanged {params.unchanged} --output {output:q} 2>&1 | tee {log:q}"
