//! Handles: an index and a generation, so that a handle that outlives its object names nothing.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::random::Keys;
use crate::handshake::{ClientHandshake, ServerHandshake};
use crate::{Connection, FrameDecoder, PreparedMessage};

/// A connection and the memory that JavaScript may write its input into.
pub struct Channel {
    pub connection: Connection<Keys>,
    pub reserved: Vec<u8>,
}

/// What a handle can name.
pub enum Object {
    Channel(Box<Channel>),
    Decoder(Box<FrameDecoder>),
    Prepared(Box<PreparedMessage>),
    Client(Box<ClientHandshake>),
    Server(Box<ServerHandshake>),
}

/// A handle is `generation << INDEX_BITS | index + 1`, so that zero is never one.
const INDEX_BITS: u32 = 20;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;

#[derive(Default)]
struct Slot {
    generation: u32,
    object: Option<Object>,
}

/// The objects of one instance.
#[derive(Default)]
pub struct Slab {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

impl Slab {
    /// `None` when every index is taken or memory is.
    pub fn insert(&mut self, object: Object) -> Option<u32> {
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                let index = u32::try_from(self.slots.len()).ok().filter(|index| *index < INDEX_MASK)?;
                self.slots.try_reserve(1).ok()?;
                self.slots.push(Slot::default());
                index
            }
        };
        let slot = self.slots.get_mut(usize::try_from(index).ok()?)?;
        slot.object = Some(object);
        Some(slot.generation.wrapping_shl(INDEX_BITS) | index.wrapping_add(1))
    }

    pub fn remove(&mut self, handle: u32) -> Option<Object> {
        let index = index_of(handle)?;
        let slot = self.slot(handle)?;
        let object = slot.object.take();
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(index);
        object
    }

    /// Whatever the handle names.
    pub fn get(&mut self, handle: u32) -> Option<&mut Object> {
        self.slot(handle)?.object.as_mut()
    }

    pub fn channel(&mut self, handle: u32) -> Option<&mut Channel> {
        if let Object::Channel(channel) = self.get(handle)? { Some(channel) } else { None }
    }

    pub fn decoder(&mut self, handle: u32) -> Option<&mut FrameDecoder> {
        if let Object::Decoder(decoder) = self.get(handle)? { Some(decoder) } else { None }
    }

    /// A connection and a message to send on it.
    pub fn channel_and_prepared(
        &mut self,
        channel: u32,
        prepared: u32,
    ) -> Option<(&mut Channel, &mut PreparedMessage)> {
        self.slot(channel)?;
        self.slot(prepared)?;
        let indices = [usize::try_from(index_of(channel)?).ok()?, usize::try_from(index_of(prepared)?).ok()?];
        match self.slots.get_disjoint_mut(indices).ok()?.map(|slot| slot.object.as_mut()) {
            [Some(Object::Channel(channel)), Some(Object::Prepared(prepared))] => Some((channel, prepared)),
            _ => None,
        }
    }

    pub fn len(&self) -> usize {
        self.slots.len().saturating_sub(self.free.len())
    }

    /// The slot of an object that is alive.
    fn slot(&mut self, handle: u32) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(usize::try_from(index_of(handle)?).ok()?)?;
        let current = slot.generation.wrapping_shl(INDEX_BITS) == handle & !INDEX_MASK;
        (current && slot.object.is_some()).then_some(slot)
    }
}

fn index_of(handle: u32) -> Option<u32> {
    (handle & INDEX_MASK).checked_sub(1)
}
