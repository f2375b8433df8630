# Our image, and beside its Python another with the packages of one list, which agents then find first.
ARG BASE
FROM ${BASE}
ARG BASE
LABEL dgm.outfit.base=${BASE}
COPY packages /outfit/packages
COPY make_outfit.py /tmp/
RUN PATH="/usr/local/bin:$PATH" python3 -I /tmp/make_outfit.py && rm /tmp/make_outfit.py
ENV PATH=/outfit/bin:/usr/local/bin:/usr/bin:/bin
