<?php
// GENERATED CODE -- DO NOT EDIT!

namespace Boumbapp\Theory\V2;

/**
 * The theory expert. It knows no other service.
 */
class TheoryServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Version, limits and sizes of the catalogue.
     * @param \Boumbapp\Theory\V2\InfoRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Info(\Boumbapp\Theory\V2\InfoRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.theory.v2.TheoryService/Info',
        $argument,
        ['\Boumbapp\Theory\V2\InfoResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Understands a prompt: intent, constraints and an explanation.
     * @param \Boumbapp\Theory\V2\AnalyseRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Analyse(\Boumbapp\Theory\V2\AnalyseRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.theory.v2.TheoryService/Analyse',
        $argument,
        ['\Boumbapp\Theory\V2\AnalyseResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Ranked ways to make a prompt precise, with questions to ask its author.
     * @param \Boumbapp\Theory\V2\ExploreRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Explore(\Boumbapp\Theory\V2\ExploreRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.theory.v2.TheoryService/Explore',
        $argument,
        ['\Boumbapp\Theory\V2\ExploreResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Derives the constraints of an intent, for a client that changed some of its slots.
     * @param \Boumbapp\Theory\V2\ConstrainRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Constrain(\Boumbapp\Theory\V2\ConstrainRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.theory.v2.TheoryService/Constrain',
        $argument,
        ['\Boumbapp\Theory\V2\ConstrainResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Corrects bars to constraints with the smallest musical changes, one reason each. Idempotent.
     * @param \Boumbapp\Theory\V2\ValidateRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Validate(\Boumbapp\Theory\V2\ValidateRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.theory.v2.TheoryService/Validate',
        $argument,
        ['\Boumbapp\Theory\V2\ValidateResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * The same, a bar at a time: constraints in the first message, one response per bar.
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\BidiStreamingCall
     */
    public function ValidateStream($metadata = [], $options = []) {
        return $this->_bidiRequest('/boumbapp.theory.v2.TheoryService/ValidateStream',
        ['\Boumbapp\Theory\V2\ValidateStreamResponse','decode'],
        $metadata, $options);
    }

    /**
     * Estimates the key and metre of bars or of an uploaded file.
     * @param \Boumbapp\Theory\V2\DetectRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Detect(\Boumbapp\Theory\V2\DetectRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.theory.v2.TheoryService/Detect',
        $argument,
        ['\Boumbapp\Theory\V2\DetectResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Writes tracks as a MIDI or MusicXML file.
     * @param \Boumbapp\Theory\V2\ExportRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Export(\Boumbapp\Theory\V2\ExportRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.theory.v2.TheoryService/Export',
        $argument,
        ['\Boumbapp\Theory\V2\ExportResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Reads tracks from a MIDI or MusicXML file.
     * @param \Boumbapp\Theory\V2\ImportRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Import(\Boumbapp\Theory\V2\ImportRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.theory.v2.TheoryService/Import',
        $argument,
        ['\Boumbapp\Theory\V2\ImportResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Lists the scales, styles, moods, roles or progressions that prompts may name.
     * @param \Boumbapp\Theory\V2\ListCatalogueRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListCatalogue(\Boumbapp\Theory\V2\ListCatalogueRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.theory.v2.TheoryService/ListCatalogue',
        $argument,
        ['\Boumbapp\Theory\V2\ListCatalogueResponse', 'decode'],
        $metadata, $options);
    }

}
