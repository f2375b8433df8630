# Our image and beside it a Python of its own with the packages of one list, which agents then find first.
ARG BASE
FROM ${BASE}
COPY . /tmp/context
RUN PATH="/usr/local/bin:$PATH" python3 -I /tmp/context/make_outfit.py /tmp/context/packages \
    && rm -rf /tmp/context
ENV PATH=/outfit/bin:/usr/local/bin:/usr/bin:/bin
